"""The authentication centre 认证中心: who an institution is, by certificates of a small authority."""
