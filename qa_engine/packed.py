"""Packed files: ZIP archives, and what is one inside (XLSX, DOCX, skops)."""

import lzma
import zipfile
import zlib

DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError)
"""What zipfile raises, opening a file or reading from it, for one that is damaged or packed as it does not know
(NotImplementedError); RecursionError of what reads the content is a RuntimeError, too."""
