package stores

const childEnv = "STORES_TEST_CHILD"

func child() int { return 1 }
