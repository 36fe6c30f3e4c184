"""What wt's own developers need, and no user.

- `member`, `version`, `changed`: the packages of this checkout, their versions, and which of them a change concerns.
- `distribution`, `renamed`: their wheels and source distributions, also under other names.
- `installation`, `installed_list`: each installed alone, and what comes with it.
- `channel`: a local conda channel of this checkout; `interpreter_package` and `wheel_package` make what is in it.
- `recipe`, `conda_package`: the packages as conda packages, built from recipes.
- `downloads`: the wheels of other projects.
- `changelog`, `release`, `public_api`, `lowest`: what happens before and at a release.
- `dockerfile`, `scratch_image`: a Dockerfile, and its steps carried out without a container engine.
- `fixtures`: the channel for tests.
"""
