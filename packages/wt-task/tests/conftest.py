from __future__ import annotations

import sys
from pathlib import Path

LIBRARIES = str(Path(__file__).parent / "libraries")

if LIBRARIES not in sys.path:  # worker processes take their path from here
    sys.path.insert(0, LIBRARIES)
