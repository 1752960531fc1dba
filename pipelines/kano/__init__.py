"""What must not fail, and what delights: of ratings, and of Kano's questionnaire."""
