import * as CDX from "@cyclonedx/cyclonedx-library";
import type { PackageArguments } from "./arguments.ts";
import { fullVersion } from "./artifact-names.ts";
import type { Component } from "./components.ts";

/** A list of everything inside as CycloneDX 1.6 (https://cyclonedx.org), for vulnerability scanners. */
export function cycloneDx(
  components: readonly Component[],
  { target, gpu, version }: PackageArguments,
  epoch: number,
): string {
  const product = new CDX.Models.Component(CDX.Enums.ComponentType.Application, "canvuslocallm", {
    bomRef: "canvuslocallm",
    version: fullVersion(version, gpu),
    licenses: new CDX.Models.LicenseRepository([new CDX.Models.SpdxLicense("MIT")]),
  });
  const bom = new CDX.Models.Bom();
  bom.metadata.component = product;
  bom.metadata.timestamp = new Date(epoch * 1000);
  bom.metadata.properties.add(new CDX.Models.Property("canvuslocallm:target", target));
  for (const { name, version: number, license: expression, purl } of components) {
    const component = new CDX.Models.Component(CDX.Enums.ComponentType.Library, name, {
      bomRef: purl,
      version: number,
      purl,
      licenses: new CDX.Models.LicenseRepository([licenseOf(expression)]),
    });
    bom.components.add(component);
    product.dependencies.add(component.bomRef);
  }
  const serializer = new CDX.Serialize.JsonSerializer(
    new CDX.Serialize.JSON.Normalize.Factory(CDX.Spec.Spec1dot6),
  );
  // Not a random serial number: the same sources give the same file.
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

function licenseOf(expression: string) {
  if (CDX.SPDX.isSupportedSpdxId(expression)) return new CDX.Models.SpdxLicense(expression);
  return / (AND|OR|WITH) /.test(expression)
    ? new CDX.Models.LicenseExpression(expression)
    : new CDX.Models.NamedLicense(expression);
}
