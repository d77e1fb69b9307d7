"""The screens: pages, widgets and their texts. Nothing but this package and `streamlit_app` imports streamlit."""
