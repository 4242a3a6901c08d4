"""The pages that users read: their code runs, their links and numbers hold."""
