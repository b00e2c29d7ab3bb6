//! What an offset is, where it is kept, and who may write it.
