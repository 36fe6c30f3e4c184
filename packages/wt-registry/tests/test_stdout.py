from __future__ import annotations

import os
import subprocess
import sys

from wt_registry.stdout import reserved_stdout


def test_only_the_answer_reaches_stdout_and_order_is_kept():
    code = (
        "import os\n"
        "from wt_registry.stdout import reserved_stdout\n"
        "print('before')\n"
        "with reserved_stdout() as out:\n"
        "    print('noise')\n"
        "    os.write(1, b'more noise')\n"
        "    out.write('answer\\n')\n"
        "print('after')\n"
    )
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert process.stdout == "before\nanswer\nafter\n"
    assert "noise" in process.stderr
    assert "more noise" in process.stderr


def test_a_stand_in_for_stdout_gets_the_answer(capsys):
    with reserved_stdout() as out:
        print("noise")
        out.write("answer")
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("answer", "noise\n")


def test_no_descriptor_stays_open():
    before = os.dup(1)
    os.close(before)
    with reserved_stdout():
        pass
    after = os.dup(1)
    os.close(after)
    assert after == before
