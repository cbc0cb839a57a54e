let csrf = null;

/** What the server refused, in words, with what can be done. */
export class RequestError extends Error {
  /** @param {number} status 0 where the server was not reached */
  constructor(status, message, details) {
    super(message);
    this.status = status;
    this.details = details ?? null;
  }

  /** What a reader can do about it. */
  get advice() {
    if (this.status === 0) return 'Is attune serve still running? The page tries again when you do.';
    if (this.status === 401) return 'Sign in again.';
    if (this.status === 403) return 'The token does not allow this. Ask for one with a larger scope.';
    if (this.status === 404) return 'It may have been deleted, or lie in another namespace.';
    if (this.status === 429) return 'Too many requests at once. Wait a moment.';
    return this.status >= 500 ? 'The server log says more.' : '';
  }
}

/** Requests that change something carry this from now on. */
export function useCSRF(token) {
  csrf = token;
}

/** The address of a page endpoint, with the namespace of the page's own address. */
export function pageURL(path, query = {}) {
  const url = new URL(`/v1/page/${path}`, location.origin);
  const namespace = new URLSearchParams(location.search).get('namespace');
  if (namespace) url.searchParams.set('namespace', namespace);
  for (const [key, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== null && item !== undefined && item !== '') url.searchParams.append(key, item);
    }
  }
  return url.pathname + url.search;
}

/** Path below `experiments/`, each part escaped. */
export function experimentPath(name, ...rest) {
  return ['experiments', name, ...rest].map(encodeURIComponent).join('/');
}

/** Reads JSON. */
export function get(path, query, signal) {
  return request(pageURL(path, query), {signal});
}

/** Calls a method of the service, such as `Experiments/DeleteExperiment`. */
export function call(method, message, signal) {
  const namespace = new URLSearchParams(location.search).get('namespace');
  const headers = namespace ? {'attune-namespace': namespace} : {};
  return request(`/attune.v1.${method}`, {method: 'POST', body: JSON.stringify(message), headers, signal});
}

/** Posts to a page endpoint. */
export function post(path, message = {}) {
  return request(pageURL(path), {method: 'POST', body: JSON.stringify(message)});
}

async function request(url, options) {
  const headers = {accept: 'application/json', ...options.headers};
  if (options.body) headers['content-type'] = 'application/json';
  if (options.body && csrf) headers['x-attune-csrf'] = csrf;
  let response;
  try {
    response = await fetch(url, {...options, headers, credentials: 'same-origin'});
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new RequestError(0, 'The server cannot be reached.');
  }
  const text = await response.text();
  const reply = parsed(text);
  if (response.ok) return reply;
  if (response.status === 401) document.dispatchEvent(new CustomEvent('signed-out'));
  throw new RequestError(
    response.status, reply?.message ?? `The server answered ${response.status}.`, reply?.details);
}

function parsed(text) {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return {message: text.slice(0, 300)};
  }
}
