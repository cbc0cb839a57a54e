extension Experiment { func isSameQuestion(as o: Experiment) -> Bool { var a = self; a.budget = o.budget; return a == o } }
