import {get, post, useCSRF} from './api.js';

/** Who is signed in, and what they may do. */
export class Session {
  constructor(reply) {
    Object.assign(this, reply);
    useCSRF(reply.csrf);
  }

  static async load() {
    return new Session(await get('session'));
  }

  /** Whether buttons that change something are of use. */
  get canWrite() {
    return this.scope === 'write' || this.scope === 'admin';
  }

  get canRead() {
    return this.canWrite || this.scope === 'read';
  }

  static signIn(token) {
    return post('login', {token});
  }

  static signOut() {
    return post('logout');
  }
}
