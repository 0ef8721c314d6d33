import pytest
from csvtable import join, read, write

PEOPLE = "id,name\n1,Ada\n2,Bo\n3,Cy\n"


def test_read_and_write():
    assert read(" id , name \n 1 , Ada \n\n") == [{"id": "1", "name": "Ada"}]
    assert write(read(PEOPLE)) == PEOPLE
    assert (read(""), write([])) == ([], "")


def test_two_columns_of_one_name():
    with pytest.raises(ValueError):
        read("a,a\n1,2")


def test_inner_join():
    towns = read("id,town\n1,Ulm\n3,Rom\n")
    assert join(read(PEOPLE), towns, "id") == [
        {"id": "1", "name": "Ada", "town": "Ulm"},
        {"id": "3", "name": "Cy", "town": "Rom"},
    ]


def test_left_join():
    towns = read("id,town\n3,Rom\n")
    assert [row["town"] for row in join(read(PEOPLE), towns, "id", how="left")] == ["", "", "Rom"]


def test_all_matches_in_their_order():
    orders = read("id,item\n1,pen\n2,ink\n1,cup\n")
    joined = join(read(PEOPLE), orders, "id")
    assert [(row["name"], row["item"]) for row in joined] == [("Ada", "pen"), ("Ada", "cup"), ("Bo", "ink")]


def test_all_matches_in_a_left_join():
    orders = read("id,item\n1,pen\n1,cup\n")
    joined = join(read(PEOPLE), orders, "id", how="left")
    assert [row["item"] for row in joined] == ["pen", "cup", "", ""]


def test_a_column_of_the_same_name_keeps_the_left_value():
    right = read("id,name,town\n1,Countess,Ulm\n")
    assert join(read(PEOPLE), right, "id") == [{"id": "1", "name": "Ada", "name_right": "Countess", "town": "Ulm"}]


def test_no_such_join():
    with pytest.raises(ValueError):
        join([], [], "id", how="outer")
