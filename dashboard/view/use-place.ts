import { useEffect, useMemo, useState } from 'preact/hooks'
import { type Place, readPlace } from '../model/place.ts'

/** Where in the page a person is: the part of the address after `#`. The same address is the same object. */
export function usePlace(): Place {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const change = () => setHash(location.hash)
    addEventListener('hashchange', change)
    return () => removeEventListener('hashchange', change)
  }, [])
  return useMemo(() => readPlace(hash), [hash])
}
