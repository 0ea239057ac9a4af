"""Pictures: fetched, and made in a cell into files of the sizes that editions show.

`decode`, `crop`, `encode` and `make` use Pillow and run in cells only; `answer` is what a cell says and
how it is checked. `address` says where originals are, `prepare` asks for one, `collect` for all that the
open issues show, and `bring` for that of one article (docs/adr/0025-pictures.md).
"""
