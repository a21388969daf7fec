"""Rule packs: loaded, prepared, described."""
