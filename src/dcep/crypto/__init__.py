"""Signatures, Merkle trees and key files; what a signature is worth is decided here and nowhere else."""
