"""The plugin data of our summaries: a proto, and the module that protoc generates from it."""
