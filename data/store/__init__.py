"""Where panels and downloaded files live on this machine."""
