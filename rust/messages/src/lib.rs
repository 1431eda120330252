//! What the parties say to each other: records and their canonical bytes.
