"""What every step shares: the contract, the study, parameters, storage and errors."""
