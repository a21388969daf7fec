"""The kinds of channels that come with the engine, one file each; every file here is found by itself."""
