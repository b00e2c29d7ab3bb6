//! Who owns which partition, and what is done with its records.
