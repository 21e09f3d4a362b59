"""Write personal_numbers.json again, after an exercise was added or its drawing was changed.

    python tests/exercises/store_personal_numbers.py

Whoever changes the numbers of an exercise that is in use changes them in the middle of a course.
"""

import json

from test_exercises import STORED, as_data, exercises


def main():
    numbers = {
        one: as_data(exercises.personal(one, student="s1234567", course="dl-2026").numbers)
        for one in sorted(exercises.ids())
    }
    lines = ",\n".join(f"{json.dumps(one)}: {json.dumps(data)}" for one, data in numbers.items())
    STORED.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
