"""The pages of the app, one a module; each has `show`."""
