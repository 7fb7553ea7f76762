"""One file for each way in. `IntakeConfig.ready` imports them, and each adds itself to `intake.registry.channels`."""
