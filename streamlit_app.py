"""The app that `streamlit run` starts."""

from simulator.ui.app import run

run()
