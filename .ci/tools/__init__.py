"""What sets the checkout up: dependencies, the client, what the tests need from the system."""
