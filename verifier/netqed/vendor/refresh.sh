#!/usr/bin/env bash
# Replaces Cytoscape.js by the version of the npm registry that is named, and its row in README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

version=${1:?usage: refresh.sh VERSION}
if ! [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
  echo "refresh.sh: $version is no version such as 3.34.4" >&2
  exit 2
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --ignore-scripts --pack-destination "$work" "cytoscape@$version" >/dev/null
tar -xzf "$work/cytoscape-$version.tgz" -C "$work"
grep -q '"license": "MIT"' "$work/package/package.json" || { echo "refresh.sh: its licence is not MIT any more" >&2; exit 1; }
install -m 644 "$work/package/dist/cytoscape.min.js" "$work/package/LICENSE" cytoscape/
digest=$(sha256sum cytoscape/cytoscape.min.js | cut -d' ' -f1)
sed -i -E "/^\| \`cytoscape\/\` /{s/\| [0-9.]+ \|/| $version |/; s/\`[0-9a-f]{64}\`/\`$digest\`/}" README.md
