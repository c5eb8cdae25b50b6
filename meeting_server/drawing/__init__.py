"""The pages of documents as pictures: a process of its own in a sandbox draws them, and the server believes nothing it says."""
