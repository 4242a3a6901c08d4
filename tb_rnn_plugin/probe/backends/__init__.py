"""One module for each Keras backend that the probe runs on, named as Keras names it; `probe.backend` loads one."""
