import { useState } from 'preact/hooks'

/** Text with a button that copies it. */
export function Code({ title, text }: { title: string; text: string }) {
  const [said, say] = useState('')
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      say('Copied')
    } catch {
      say('Could not copy: select the text and copy it by hand')
    }
    setTimeout(() => say(''), 2000)
  }
  return (
    <div class="code">
      <button type="button" onClick={copy} aria-label={`Copy the ${title}`}>
        {said || 'Copy'}
      </button>
      <pre>{text}</pre>
    </div>
  )
}
