# SPDX-License-Identifier: MIT
"""Helpers of the end-to-end tests, the matrix and the benchmarks.

Shares no code with the guest or the host tool.
"""
