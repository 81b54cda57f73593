//! The C2SP and RFC 6962 transparency-log formats.
