"""Cells: child processes with limits in which every document from outside is parsed.

`pool` keeps cells and gives documents to them. `servers` starts the fork server that makes cells
(`__main__`, `fork_server`), a new interpreter that has none of the memory, variables or open files of
the process that started it. `life` is the program of a cell.
"""
