import AttuneCore

extension JSON {
    /// The value at a place within this one. Setting makes objects on the way, but no elements of arrays.
    subscript(place: some Collection<FieldPath.Step>) -> JSON? {
        get {
            guard let first = place.first else { return self }
            return self[first]?[place.dropFirst()]
        }
        set {
            guard let first = place.first else {
                if let newValue { self = newValue }
                return
            }
            guard place.count > 1 else {
                self[first] = newValue
                return
            }
            if self[first] == nil {
                guard newValue != nil, case .key = first else { return }
                self[first] = .object(JSON.Fields())
            }
            self[first]?[place.dropFirst()] = newValue
        }
    }

    private subscript(step: FieldPath.Step) -> JSON? {
        get {
            switch step {
            case .key(let key): self[key]
            case .index(let index): self[index]
            }
        }
        set {
            switch step {
            case .key(let key): self[key] = newValue
            case .index(let index):
                guard case .array(var items) = self, items.indices.contains(index) else { return }
                if let newValue { items[index] = newValue } else { items.remove(at: index) }
                self = .array(items)
            }
        }
    }

    /// Appends to the array at a place, which is made where it is missing.
    mutating func append(_ item: JSON, at place: some Collection<FieldPath.Step>) {
        self[place] = .array((self[place]?.array ?? []) + [item])
    }

    /// Adds members to the object at a place; those of `overriding` replace what is there, the others do not.
    mutating func merge(
        _ members: [String: String], overriding: [String: String] = [:], at place: some Collection<FieldPath.Step>
    ) {
        guard !members.isEmpty || !overriding.isEmpty else { return }
        var fields = self[place]?.object ?? JSON.Fields()
        for (key, value) in members.sorted(by: { $0.key < $1.key }) where fields[key] == nil {
            fields[key] = .string(value)
        }
        for (key, value) in overriding.sorted(by: { $0.key < $1.key }) { fields[key] = .string(value) }
        self[place] = .object(fields)
    }
}
