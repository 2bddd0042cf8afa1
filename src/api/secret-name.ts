export { isCountName, isSecretName } from '../core/secret-name.ts'
