"""What the pages share: the selection, cached queries, maps, charts, tables, words."""

import os

# Measured: two threads of linear algebra that wait for one another take 3.7 s where one takes
# 2.7 s. Read when numpy loads: the app loads this package first, Streamlit alone loads no numpy.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
