"""The runner of the benchmark: what it does about peers that lack something or hang."""

from helpers import ROOT, module_at


def test_peers_take_turns_and_one_that_lacks_or_hangs_is_named(tmp_path, monkeypatch):
    module = module_at(ROOT / "bench" / "run.py")
    script = tmp_path / "peer.py"
    script.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(ROOT / 'bench')!r})\n"
        "from turns import take_turns\n"
        "if sys.argv[1] == 'lacks':\n    import a_module_that_is_not_there\n"
        "if sys.argv[1] == 'hangs':\n    import time\n    time.sleep(600)\n"
        "def epoch():\n    print('what a library says')\n"
        "take_turns(epoch)\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(module, "PATIENCE", 5)
    missing = {}
    peers = {name: (script, name) for name in ("slide", "ours", "lacks", "hangs")}
    found = module.measure_epochs(peers, 32, missing)
    assert set(found) == {"slide", "ours"}
    assert len(found["slide"]["cpu"]) == len(found["ours"]["wall"]) == module.ROUNDS
    assert set(found["ours"]["again"]) == {"cpu", "wall"} and "again" not in found["slide"]
    assert missing == {
        "lacks": "ModuleNotFoundError: No module named 'a_module_that_is_not_there'",
        "hangs": "It said nothing for 5 seconds.",
    }
