//! Carries out requests and knows nothing else.
