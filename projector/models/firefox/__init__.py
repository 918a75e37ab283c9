"""Firefox Translations models on this machine: what there is, fetching, keeping, finding."""
