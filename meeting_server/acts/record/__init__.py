"""What is done with a record: correcting, redacting, approving, publishing, holding, erasing."""
