import * as fc from 'fast-check'
import { seed } from './random-cases.ts'

// A change does not fail because of a case that an older fault has had all along; another seed finds that.
fc.configureGlobal({ seed })
