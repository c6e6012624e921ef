// Who signs in, and where the signed-in browser state is kept between specs.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const STATE_FOLDER = join(fileURLToPath(new URL('.', import.meta.url)), '..', '.state');
export const ADMIN_STATE = join(STATE_FOLDER, 'admin.json');

export const ADMIN = { name: 'admin', password: 'correct horse battery staple' };
