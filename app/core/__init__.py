"""What all pages share: the bundle, the reader's language and choices, evidence, drawing."""
