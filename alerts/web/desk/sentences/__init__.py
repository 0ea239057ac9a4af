"""What the program says in sentences, and how the desk says it in the language of a person."""
