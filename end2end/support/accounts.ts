// Who signs in, and where the files of a run are.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const STATE_FOLDER = join(fileURLToPath(new URL('.', import.meta.url)), '..', '.state');

export const ADMIN = { name: 'admin', password: 'correct horse battery staple' };

/** A browser that has not signed in. */
export const NOBODY = { cookies: [], origins: [] };
