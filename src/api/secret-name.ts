export { isSecretName } from '../core/secret-name.ts'
