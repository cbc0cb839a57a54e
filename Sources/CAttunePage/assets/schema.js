/**
 * What a JSON Schema allows below a path of keys, following references and alternatives.
 * @param {object} root
 * @param {Array<string>} path names of keys; items of lists need none
 * @returns {Array<object>} every schema that may hold there
 */
export function schemasAt(root, path) {
  let current = expanded(root, root);
  for (const key of path) {
    current = current.flatMap(items(root))
                .flatMap((schema) => below(schema, key))
                .flatMap((schema) => expanded(root, schema));
  }
  return current.flatMap(items(root));
}

/**
 * The keys that may be written at a path.
 * @returns {Array<{name: string, text: string, required: boolean}>}
 */
export function keysAt(root, path) {
  const found = new Map();
  for (const schema of schemasAt(root, path)) {
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const text = property.description ?? resolved(root, property).description ?? '';
      if (!found.has(name)) found.set(name, {name, text, required: schema.required?.includes(name) ?? false});
    }
  }
  return [...found.values()];
}

/**
 * The values that may be written for a key.
 * @returns {Array<{name: string, text: string}>}
 */
export function valuesAt(root, path) {
  const values = schemasAt(root, path)
                   .flatMap(
                     (schema) =>
                       (schema.enum ??
                        (schema.const !== undefined  ? [schema.const] :
                           schema.type === 'boolean' ? [true, false] :
                                                       [])));
  return [...new Set(values.map(String))].map((name) => ({name, text: ''}));
}

/** What a key at a path means. */
export function describedAt(root, path) {
  return schemasAt(root, path.slice(0, -1))
           .map((schema) => schema.properties?.[path.at(-1)])
           .map((schema) => schema?.description ?? (schema && resolved(root, schema).description))
           .find(Boolean) ??
    '';
}

function below(schema, key) {
  const own = schema.properties?.[key];
  if (own) return [own];
  return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
}

function items(root) {
  return (schema) => (schema.items ? expanded(root, schema.items) : [schema]);
}

function expanded(root, schema, depth = 0) {
  if (depth > 6 || typeof schema !== 'object' || schema === null) return [];
  const own = resolved(root, schema);
  const others = ['anyOf', 'oneOf', 'allOf'].flatMap((key) => own[key] ?? []);
  return [own, ...others.flatMap((other) => expanded(root, other, depth + 1))];
}

function resolved(root, schema) {
  if (!schema.$ref) return schema;
  const target = schema.$ref.replace(/^#\//, '').split('/').reduce((node, key) => node?.[key], root) ?? {};
  return {...resolved(root, target), ...(schema.description ? {description: schema.description} : {})};
}
