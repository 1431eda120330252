"""The bank vault 银行库: the commercial banks that exchange deposits for digital currency."""
