from __future__ import annotations

import subprocess
import sys

from wt_envs.interpreter import running_interpreter


def test_it_is_the_python_behind_the_virtual_environment():
    interpreter = running_interpreter()
    ask = "import sys; print(sys.prefix == sys.base_prefix, *sys.version_info[:3], sep='.')"
    said = subprocess.run([interpreter.executable, "-I", "-c", ask], capture_output=True, text=True, check=True).stdout

    assert said.strip() == ".".join(["True", *map(str, sys.version_info[:3])])


def test_its_identity_says_version_and_platform():
    identity = running_interpreter().identity

    assert ".".join(map(str, sys.version_info[:3])) in identity
    assert sys.platform in identity
